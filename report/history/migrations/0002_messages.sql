-- Messages that have to reach somebody, and what each channel has been told.

CREATE TABLE outbox (
    id            {{id}},
    scope         {{key}} NOT NULL,
    run           TEXT NOT NULL, -- id of the run, which may be gone
    channel       {{key}} NOT NULL,
    payload       {{blob}} NOT NULL,
    created       BIGINT NOT NULL,
    not_before    BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    last_error    TEXT NOT NULL,
    state         TEXT NOT NULL,
    settled       BIGINT NOT NULL, -- when it was sent or given up
    claim         TEXT NOT NULL, -- whose turn it is
    claimed_until BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'pending';
CREATE INDEX outbox_settled ON outbox (settled) WHERE state <> 'pending';

CREATE TABLE told (
    scope   BIGINT NOT NULL REFERENCES scopes (id),
    channel {{key}} NOT NULL,
    finding {{key}} NOT NULL,
    problem {{key}} NOT NULL,
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    PRIMARY KEY (scope, channel, finding)
){{clustered}};
CREATE INDEX told_problem ON told (scope, problem);
