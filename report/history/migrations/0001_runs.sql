-- Runs and what they found. Times are microseconds since 1970-01-01 UTC, 0 for
-- none; truth values are 0 and 1.

CREATE TABLE scopes (
    id      {{id}},
    name    {{key}} NOT NULL UNIQUE,
    created BIGINT NOT NULL
);

CREATE TABLE runs (
    seq           {{id}}, -- the order in which runs were saved
    scope         BIGINT NOT NULL REFERENCES scopes (id),
    id            {{key}} NOT NULL UNIQUE,
    started       BIGINT NOT NULL,
    finished      BIGINT NOT NULL,
    collected     BIGINT NOT NULL,
    exit_code     BIGINT NOT NULL,
    version       TEXT NOT NULL,
    catalog       TEXT NOT NULL,
    config        TEXT NOT NULL,
    redaction_key TEXT NOT NULL,
    facts_file    TEXT NOT NULL,
    auditor       TEXT NOT NULL, -- the computer that made the run
    complete      BIGINT NOT NULL,
    summary       TEXT NOT NULL, -- JSON of report.Summary
    limits        TEXT NOT NULL, -- JSON of report.Scope
    saved         BIGINT NOT NULL
);
CREATE INDEX runs_scope ON runs (scope, seq);
CREATE INDEX runs_started ON runs (started, seq);

CREATE TABLE reports (
    run  BIGINT NOT NULL PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
    size BIGINT NOT NULL, -- octets of the JSON
    body {{blob}} NOT NULL -- the JSON, compressed with gzip
);

-- The names that many rows share.
CREATE TABLE causes (
    id   {{id}},
    name {{key}} NOT NULL UNIQUE
);

CREATE TABLE targets (
    id     {{id}},
    scope  BIGINT NOT NULL REFERENCES scopes (id),
    name   {{key}} NOT NULL, -- of the source
    target {{key}} NOT NULL, -- in lower case
    UNIQUE (scope, name, target)
);

CREATE TABLE sources (
    target   BIGINT NOT NULL REFERENCES targets (id),
    run      BIGINT NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    status   TEXT NOT NULL,
    class    TEXT NOT NULL,
    duration BIGINT NOT NULL, -- milliseconds
    PRIMARY KEY (target, run)
){{clustered}};
CREATE INDEX sources_run ON sources (run);

CREATE TABLE trend (
    scope          BIGINT NOT NULL REFERENCES scopes (id),
    cause          BIGINT NOT NULL REFERENCES causes (id),
    run            BIGINT NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    present        BIGINT NOT NULL,
    waived         BIGINT NOT NULL, -- of those present
    absent         BIGINT NOT NULL,
    undetermined   BIGINT NOT NULL,
    not_applicable BIGINT NOT NULL,
    worst          TEXT NOT NULL, -- severity of those present, empty without any
    PRIMARY KEY (scope, cause, run)
){{clustered}};
CREATE INDEX trend_run ON trend (run);

-- A span is a stretch of runs in which a finding was judged the same. It
-- outlives its runs, so it names them without a reference.
CREATE TABLE spans (
    id          {{id}},
    scope       BIGINT NOT NULL REFERENCES scopes (id),
    finding     {{key}} NOT NULL,
    problem     {{key}} NOT NULL, -- the finding, whatever its severity
    cause       {{key}} NOT NULL,
    kind        TEXT NOT NULL, -- of the subject
    subject     TEXT NOT NULL,
    server      TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    severity    TEXT NOT NULL,
    waived      BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    reported    BIGINT NOT NULL, -- 0: follows from what the report says of others
    reason      TEXT NOT NULL,
    first_seq   BIGINT NOT NULL,
    first_run   TEXT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_seq    BIGINT NOT NULL,
    last_run    TEXT NOT NULL,
    last_at     BIGINT NOT NULL,
    config      TEXT NOT NULL, -- of the last run
    asked       TEXT NOT NULL, -- the user whom the last run was limited to
    latest      BIGINT NOT NULL, -- 1: how the finding stands
    body        {{blob}} NOT NULL -- the finding as it was first, JSON compressed with gzip
);
CREATE UNIQUE INDEX spans_latest ON spans (scope, finding) WHERE latest = 1;
CREATE INDEX spans_present ON spans (scope, finding) WHERE verdict = 'present';
-- It has all that is asked for about many findings at once.
CREATE INDEX spans_problem ON spans (scope, problem, first_seq, id, verdict, fingerprint, first_at, last_at);
CREATE INDEX spans_cause ON spans (scope, cause, id);
