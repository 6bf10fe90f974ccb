-- Which exceptions end this quarter, what do they cover, and who has to act?
-- The quarter is that of the latest instant in the store.

SELECT exception, exception_expires AS ends, exception_owner AS owner, target, rule, mask, workloads, exit_plan
FROM read_parquet(getvariable('store') || '/artifacts.parquet')
WHERE latest AND exception IS NOT NULL
  AND exception_expires >= (SELECT CAST(max(as_of) AS DATE) FROM read_parquet(getvariable('store') || '/targets.parquet'))
  AND exception_expires < (
      SELECT date_trunc('quarter', max(as_of)) + INTERVAL 3 MONTH FROM read_parquet(getvariable('store') || '/targets.parquet')
  )
ORDER BY ends, exception, target, mask;
