-- Which workloads got worse between the last two instants of their target?
-- Load both months into one store. A workload that is new counts if it is anything but secretless.

WITH instant AS (
    SELECT DISTINCT target, as_of, dense_rank() OVER (PARTITION BY target ORDER BY as_of DESC) AS age
    FROM read_parquet(getvariable('store') || '/targets.parquet')
    WHERE state <> 'failed'
),
judged AS (
    SELECT w.*, age, list_position(['not-secretless', 'partial', 'vaulted', 'indeterminate', 'transitional', 'secretless'], verdict) AS rank
    FROM read_parquet(getvariable('store') || '/workloads.parquet') AS w
    JOIN instant USING (target, as_of)
)
SELECT now.target, now.id, before.verdict AS before, now.verdict AS now, now.reasons, now.owner
FROM judged AS now
LEFT JOIN judged AS before ON before.target = now.target AND before.id = now.id AND before.age = 2
WHERE now.age = 1
  AND EXISTS (SELECT 1 FROM instant AS earlier WHERE earlier.target = now.target AND earlier.age = 2)
  AND now.rank < coalesce(before.rank, 6)
  AND NOT now.no_access_observed
ORDER BY now.rank, now.target, now.id;
