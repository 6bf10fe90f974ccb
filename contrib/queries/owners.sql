-- Who answers for the most credentials that never expire?
-- An owner is that of a workload which holds the credential. One without a workload, or whose workload nobody owns, counts for null.

WITH held AS (
    SELECT target, id, unnest(CASE WHEN len(workloads) = 0 THEN [NULL] ELSE workloads END) AS workload
    FROM read_parquet(getvariable('store') || '/artifacts.parquet')
    WHERE latest AND class = 'durable'
)
SELECT owner, count(DISTINCT (held.target, held.id)) AS credentials, count(DISTINCT held.target) AS targets
FROM held
LEFT JOIN read_parquet(getvariable('store') || '/workloads.parquet') AS w ON w.latest AND w.target = held.target AND w.id = held.workload
GROUP BY owner
ORDER BY credentials DESC, owner NULLS LAST
LIMIT 25;
