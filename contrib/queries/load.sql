-- Loads records into Parquet, one file for each kind of row, for the questions beside this file.
--
--   duckdb -cmd "SET VARIABLE records = 'records/*.ndjson'; SET VARIABLE store = 'store'" < contrib/queries/load.sql
--
-- `records` may be a list of several months: ['2026-10/*.ndjson', '2026-11/*.ndjson']. Of several records of one target and one instant
-- one counts, as in `unkeyed report merge`: complete before partial before failed, else the greater name. `latest` marks the rows of each
-- target's latest instant.

CREATE OR REPLACE TEMP TABLE line AS
SELECT DISTINCT *
FROM read_json(getvariable('records'), format = 'newline_delimited', maximum_object_size = 268435456, columns = {
    record: 'VARCHAR', target: 'VARCHAR', header: 'JSON', artifact: 'JSON', workload: 'JSON', finding: 'JSON', "check": 'JSON', skipped: 'JSON'
});

CREATE OR REPLACE TEMP TABLE counted AS
SELECT record, target, header, as_of, as_of = max(as_of) OVER (PARTITION BY target) AS latest
FROM (SELECT record, target, header, CAST(header ->> '$.source.run.as_of' AS TIMESTAMP) AS as_of FROM line WHERE header IS NOT NULL)
QUALIFY row_number() OVER (
    PARTITION BY target, as_of
    ORDER BY list_position(['complete', 'partial', 'failed'], header ->> '$.state'), record DESC
) = 1;

-- One row a target and instant.
COPY (
    SELECT record, target, as_of, latest,
           header ->> '$.state' AS state,
           header ->> '$.reason' AS reason,
           header ->> '$.source.gate' AS gate,
           CAST(header ->> '$.source.run.keyed' AS BOOLEAN) AS keyed,
           header ->> '$.source.tool.version' AS version,
           CAST(header ->> '$.source.read.files' AS BIGINT) AS files,
           CAST(header ->> '$.source.read.bytes' AS BIGINT) AS bytes
    FROM counted
    ORDER BY target, as_of
) TO (getvariable('store') || '/targets.parquet') (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT record, target, as_of, latest,
           artifact ->> '$.id' AS id,
           artifact ->> '$.rule' AS rule,
           artifact ->> '$.provider' AS provider,
           artifact ->> '$.class' AS class,
           artifact ->> '$.level' AS level,
           artifact ->> '$.confidence' AS confidence,
           artifact ->> '$.mask' AS mask,
           CAST(artifact ->> '$.copies' AS BIGINT) AS copies,
           CAST(artifact ->> '$.lifetime.issued' AS TIMESTAMP) AS issued,
           CAST(artifact ->> '$.lifetime.expires' AS TIMESTAMP) AS expires,
           CAST(artifact -> '$.workloads' AS VARCHAR[]) AS workloads,
           from_json(artifact -> '$.locations', '[{"surface": "VARCHAR", "uri": "VARCHAR", "line": "BIGINT", "commit": "VARCHAR"}]') AS locations,
           artifact ->> '$.suppressed_by.exception' AS exception,
           artifact ->> '$.suppressed_by.owner' AS exception_owner,
           artifact ->> '$.suppressed_by.justification' AS justification,
           artifact ->> '$.suppressed_by.exit_plan' AS exit_plan,
           CAST(artifact ->> '$.suppressed_by.expires' AS DATE) AS exception_expires
    FROM line JOIN counted USING (record, target)
    WHERE artifact IS NOT NULL
    ORDER BY target, as_of, id
) TO (getvariable('store') || '/artifacts.parquet') (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT record, target, as_of, latest,
           workload ->> '$.id' AS id,
           workload ->> '$.kind' AS kind,
           workload ->> '$.name' AS name,
           workload ->> '$.owner' AS owner,
           workload ->> '$.environment' AS environment,
           workload ->> '$.verdict' AS verdict,
           workload ->> '$.leaning' AS leaning,
           CAST(workload -> '$.reasons' AS VARCHAR[]) AS reasons,
           CAST(workload -> '$.artifacts' AS VARCHAR[]) AS artifacts,
           CAST(workload ->> '$.no_access_observed' AS BOOLEAN) AS no_access_observed
    FROM line JOIN counted USING (record, target)
    WHERE workload IS NOT NULL
    ORDER BY target, as_of, id
) TO (getvariable('store') || '/workloads.parquet') (FORMAT parquet, COMPRESSION zstd);

-- A finding's title is its check's.
COPY (
    WITH title AS (
        SELECT DISTINCT record, "check" ->> '$.id' AS "check", "check" ->> '$.title' AS title FROM line WHERE "check" IS NOT NULL
    )
    SELECT f.record, target, as_of, latest, f.id, f."check", title, level, message, workload, locations, exception, exception_expires
    FROM (
        SELECT record, target,
               finding ->> '$.id' AS id,
               finding ->> '$.check' AS "check",
               finding ->> '$.level' AS level,
               finding ->> '$.message' AS message,
               finding ->> '$.workload' AS workload,
               from_json(finding -> '$.locations', '[{"uri": "VARCHAR", "line": "BIGINT"}]') AS locations,
               finding ->> '$.suppressed_by.exception' AS exception,
               CAST(finding ->> '$.suppressed_by.expires' AS DATE) AS exception_expires
        FROM line WHERE finding IS NOT NULL
    ) AS f
    JOIN counted USING (record, target)
    LEFT JOIN title ON title.record = f.record AND title."check" = f."check"
    ORDER BY target, as_of, f.id
) TO (getvariable('store') || '/findings.parquet') (FORMAT parquet, COMPRESSION zstd);

COPY (
    SELECT record, target, as_of, latest,
           skipped ->> '$.uri' AS uri,
           skipped ->> '$.why' AS why,
           skipped ->> '$.detail' AS detail,
           CAST(skipped ->> '$.gap' AS BOOLEAN) AS gap
    FROM line JOIN counted USING (record, target)
    WHERE skipped IS NOT NULL
    ORDER BY target, as_of, uri, why
) TO (getvariable('store') || '/skipped.parquet') (FORMAT parquet, COMPRESSION zstd);
