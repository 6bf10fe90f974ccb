-- Which lasting credentials are the oldest?
-- Age counts from the instant that the credential itself or a file beside it gives (`lifetime.issued`); most tell none.

SELECT target, rule, class, mask, CAST(issued AS DATE) AS issued, date_diff('day', issued, as_of) AS days, locations[1].uri AS uri
FROM read_parquet(getvariable('store') || '/artifacts.parquet')
WHERE latest AND class IN ('durable', 'long-lived', 'bootstrap') AND issued IS NOT NULL
ORDER BY days DESC, target, id;
