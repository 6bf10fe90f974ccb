-- Which credential lies in several targets, and where?
-- One credential has one id under one fingerprint key; records without a key join nothing.

SELECT id, any_value(rule) AS rule, any_value(mask) AS mask,
       count(DISTINCT target) AS targets,
       list_sort(list_distinct(flatten(list(list_transform(locations, lambda place: place.uri))))) AS places
FROM read_parquet(getvariable('store') || '/artifacts.parquet')
WHERE latest AND id LIKE 'hmac:%'
GROUP BY id
HAVING count(DISTINCT target) > 1
ORDER BY targets DESC, id;
