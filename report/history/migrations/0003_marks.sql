-- Runs that are under way or came to nothing, and who works on what.

CREATE TABLE marks (
    scope  BIGINT NOT NULL REFERENCES scopes (id),
    run    {{key}} NOT NULL,
    at     BIGINT NOT NULL,
    state  TEXT NOT NULL,
    reason TEXT NOT NULL,
    host   TEXT NOT NULL,
    PRIMARY KEY (scope, run)
){{clustered}};
CREATE INDEX marks_at ON marks (scope, at);

CREATE TABLE locks (
    name     {{key}} NOT NULL PRIMARY KEY,
    token    TEXT NOT NULL,
    owner    TEXT NOT NULL, -- for people
    acquired BIGINT NOT NULL,
    expires  BIGINT NOT NULL
);
