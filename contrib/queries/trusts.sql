-- Which trusts admit an organisation, or more than that?
-- Checks that say so: docs/trusts.md and `unkeyed explain ID`.

WITH admits("check", who) AS (
    VALUES ('TB-AWS-10', 'anybody'), ('TB-VLT-01', 'anybody'), ('TB-AZ-11', 'anybody'),
           ('TB-AWS-01', 'every tenant'), ('TB-AWS-02', 'other tenants'), ('TB-GCP-01', 'every tenant'), ('TB-GCP-02', 'other tenants'),
           ('TB-AWS-03', 'an organisation'), ('TB-GCP-04', 'an organisation'), ('TB-GCP-12', 'an organisation'), ('TB-VLT-02', 'an organisation'),
           ('TB-AWS-09', 'an account'), ('TB-GCP-09', 'an account'),
           ('TB-AWS-11', 'a cluster'), ('TB-VLT-03', 'a cluster'), ('TB-GCP-03', 'a pool'), ('TB-GCP-07', 'a pool'), ('TB-AZ-03', 'several workloads')
)
SELECT who, target, "check", level, locations[1].uri AS uri, locations[1].line AS line, message
FROM read_parquet(getvariable('store') || '/findings.parquet')
JOIN admits USING ("check")
WHERE latest
ORDER BY list_position(['anybody', 'every tenant', 'other tenants', 'an organisation', 'an account', 'a cluster', 'a pool', 'several workloads'], who),
         target, uri, line, "check";
