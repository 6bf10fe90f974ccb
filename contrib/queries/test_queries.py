"""Each question, asked of records that the binary made of a small estate in two months.

The estate is written here, its credentials at random; the answers are what its files say.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

HERE = Path(__file__).parent
BINARY = os.environ["UNKEYED"]
OCTOBER, NOVEMBER = "2026-10-22T12:00:00Z", "2026-11-22T12:00:00Z"

TRUST = """
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:acme/SUBJECT"]
    }
  }
}
resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_role_policy" "deploy" {
  role   = aws_iam_role.deploy.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:PutObject"], Resource = "arn:aws:s3:::acme-site/*" }]
  })
}
"""

FEDERATED = """
on: { push: { branches: [main] } }
permissions: { id-token: write }
jobs:
  deploy:
    runs-on: ubuntu-24.04
    environment: prod
    steps:
      - uses: aws-actions/configure-aws-credentials@7474bc4690e29a8392af63c5b98e7449536d5c3a
        with: { aws-region: eu-central-1, role-to-assume: "arn:aws:iam::111122223333:role/deploy" }
      - run: aws s3 sync dist s3://acme-site
"""

STATIC = """
on: { push: { branches: [main] } }
jobs:
  deploy:
    runs-on: ubuntu-24.04
    environment: prod
    steps:
      - run: aws s3 sync dist s3://acme-site
        env:
          AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}
          AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
"""

POLICY = """
version = 1
[[inventory]]
workload = "compose:compose.yaml#*"
owner = "team-billing@acme.example"
[[exceptions]]
id = "EX-2026-014"
match = { rule = "generic.typed-position", workload = "compose:compose.yaml#billing" }
owner = "jane.doe@acme.example"
reason = "The vendor's database has no short-lived authentication"
category = "legacy"
approved_by = "ciso-office@acme.example"
created = 2026-09-01
expires = 2026-12-31
exit_plan = { target = "Vault database credentials", milestones = [{ by = 2026-12-01, what = "upgrade" }] }
compensating_controls = ["network policy admits the service only"]
renewals = 0
"""


def github_token() -> str:
    """Make a token: 30 random characters and their CRC-32 in base 62 (github.blog, 2021-04-05)."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "".join(secrets.choice(digits) for _ in range(30))
    rest, check = zlib.crc32(body.encode()), ""
    while rest:
        rest, digit = divmod(rest, 62)
        check = digits[digit] + check
    return f"ghp_{body}{check.rjust(6, '0')}"


def service_token() -> str:
    """Make a token without an end that says when it was issued."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    claims = {"iss": "https://id.acme.example", "sub": "batch", "iat": 1704067200}
    return ".".join([part(b'{"alg":"HS256","typ":"JWT"}'), part(json.dumps(claims).encode()), part(secrets.token_bytes(32))])


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two months of an estate, loaded."""
    folder = tmp_path_factory.mktemp("estate")
    shared, batch, password = github_token(), service_token(), secrets.token_urlsafe(18)
    write(
        folder / "site",
        {".github/workflows/deploy.yml": FEDERATED, "infra/role.tf": TRUST.replace("SUBJECT", "site:environment:prod")},
    )
    for command in (["init", "-q"], ["remote", "add", "origin", "https://github.com/acme/site.git"]):
        subprocess.run(["git", *command], cwd=folder / "site", check=True)
    write(folder / "copy", {"notes.env": f"GITHUB_TOKEN={shared}\n"})
    write(folder / "tools", {"push.env": f"GITHUB_TOKEN={shared}\n", "batch.env": f"BATCH_TOKEN={batch}\n"})
    write(folder / "open", {"infra/role.tf": TRUST.replace("SUBJECT", "*")})
    compose = f"services:\n  billing:\n    image: billing\n    environment:\n      DATABASE_PASSWORD: {password}\n"
    write(folder / "billing", {"compose.yaml": compose})
    write(folder, {"policy.toml": POLICY})
    names = ["site", "copy", "tools", "open", "billing", "gone"]
    lines = [{"target": str(folder / name), "name": f"acme/{name}"} for name in names]
    audit(folder, OCTOBER, [*lines, {"target": str(folder / "copy"), "name": "acme/retired"}])
    write(folder / "site", {".github/workflows/deploy.yml": STATIC})
    audit(folder, NOVEMBER, lines)
    (folder / "store").mkdir()
    records = [str(folder / month / "*.ndjson") for month in (OCTOBER, NOVEMBER)]
    # The second month is given twice, as a folder and once more as one file: the same records.
    (folder / "again.ndjson").write_text("".join(path.read_text() for path in sorted((folder / NOVEMBER).glob("*.ndjson"))))
    ask("load", str(folder / "store"), records=[*records, str(folder / "again.ndjson")])
    return str(folder / "store")


def audit(folder: Path, instant: str, lines: list[dict[str, str]]) -> None:
    run = subprocess.run(
        [
            BINARY,
            "audit",
            "--targets-from",
            "-",
            "--records",
            str(folder / instant),
            "--as-of",
            instant,
            "--policy",
            str(folder / "policy.toml"),
        ],
        input="\n".join(json.dumps(line) for line in lines),
        capture_output=True,
        text=True,
        env=os.environ | {"UNKEYED_FINGERPRINT_KEY": "0123456789abcdef0123456789abcdef"},
        timeout=120,
    )
    assert run.returncode in (0, 1, 3), run.stderr
    assert len(list((folder / instant).glob("*.ndjson"))) == len(lines), run.stderr


def ask(question: str, store: str, **variables: object) -> list[dict[str, Any]]:
    with duckdb.connect() as database:
        for name, value in ({"store": store} | variables).items():
            database.execute(f"SET VARIABLE {name} = $1", [value])
        cursor = database.execute((HERE / f"{question}.sql").read_text())
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def pick(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_which_credential_is_copied_where(store: str) -> None:
    rows = ask("copied", store)
    assert pick(rows, "rule", "targets", "places") == [
        ("github.pat-classic", 3, ["acme/copy/notes.env", "acme/retired/notes.env", "acme/tools/push.env"])
    ]


def test_which_workloads_got_worse(store: str) -> None:
    rows = ask("worse", store)
    job = "gha:acme/site/.github/workflows/deploy.yml#deploy"
    assert pick(rows, "target", "id", "before", "now") == [("acme/site", job, "secretless", "not-secretless")]


def test_which_trusts_admit_an_organisation(store: str) -> None:
    rows = ask("trusts", store)
    assert pick(rows, "who", "target", "check", "uri") == [
        ("an organisation", "acme/open", "TB-AWS-03", "acme/open/infra/role.tf")
    ]


def test_which_exceptions_end_this_quarter(store: str) -> None:
    rows = ask("exceptions", store)
    assert pick(rows, "exception", "ends", "owner", "target") == [
        ("EX-2026-014", date(2026, 12, 31), "jane.doe@acme.example", "acme/billing")
    ]


def test_who_answers_for_durable_credentials(store: str) -> None:
    rows = ask("owners", store)
    assert pick(rows, "owner", "credentials", "targets")[-1] == ("team-billing@acme.example", 1, 1)
    assert rows[0]["owner"] is None


def test_what_was_not_read(store: str) -> None:
    rows = ask("gaps", store)
    assert pick(rows, "target", "why") == [("acme/gone", "unreadable"), ("acme/retired", "not-run")]


def test_workloads_by_verdict_and_environment(store: str) -> None:
    rows = ask("verdicts", store)
    assert {row["environment"]: (row["not_secretless"], row["secretless"], row["transitional"]) for row in rows} == {
        "prod": (1, 0, 0),
        None: (4, 0, 1),
    }


def test_the_oldest_credentials(store: str) -> None:
    rows = ask("ages", store)
    assert pick(rows, "target", "issued", "days") == [("acme/tools", date(2024, 1, 1), 1056)]
