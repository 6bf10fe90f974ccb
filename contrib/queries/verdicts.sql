-- How many workloads have which verdict, by environment?
-- Workloads that authenticate to nothing are counted apart, as in a report's summary.

SELECT environment,
       count(*) FILTER (verdict = 'not-secretless' AND NOT no_access_observed) AS not_secretless,
       count(*) FILTER (verdict = 'partial' AND NOT no_access_observed) AS partial,
       count(*) FILTER (verdict = 'vaulted' AND NOT no_access_observed) AS vaulted,
       count(*) FILTER (verdict = 'indeterminate' AND NOT no_access_observed) AS indeterminate,
       count(*) FILTER (verdict = 'transitional' AND NOT no_access_observed) AS transitional,
       count(*) FILTER (verdict = 'secretless' AND NOT no_access_observed) AS secretless,
       count(*) FILTER (no_access_observed) AS no_access
FROM read_parquet(getvariable('store') || '/workloads.parquet')
WHERE latest
GROUP BY environment
ORDER BY environment NULLS LAST;
