-- What was not read that should have been, and which targets have no record of this instant at all?
-- A target that failed has one gap; one that is older than the newest instant of the store was left out of the last run.

SELECT target, why, uri, detail
FROM read_parquet(getvariable('store') || '/skipped.parquet')
WHERE latest AND gap
UNION ALL
SELECT target, 'not-run', NULL, 'last audited as of ' || CAST(as_of AS DATE)
FROM read_parquet(getvariable('store') || '/targets.parquet')
WHERE latest AND as_of < (SELECT max(as_of) FROM read_parquet(getvariable('store') || '/targets.parquet'))
ORDER BY target, why, uri, detail;
