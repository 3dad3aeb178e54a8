-- What one makes by hand for the statements beside it to work: a ledger, an outbox that one relay reads in order of
-- id, jobs.
create schema headgate;
create table headgate.ledger (
    pipeline   text not null,
    key        text not null,
    source     text,
    applied_at timestamptz not null default now(),
    primary key (pipeline, key)
);
create table headgate.outbox (
    id           bigint generated always as identity primary key,
    pipeline     text not null,
    destination  text not null,
    key          text,
    headers      json,
    payload      bytea,
    created_at   timestamptz not null default now(),
    delivered_at timestamptz
);
create index outbox_pending on headgate.outbox (id) where delivered_at is null;
create table headgate.job (
    id         bigint generated always as identity primary key,
    queue      text not null,
    payload    bytea,
    created_at timestamptz not null default now()
);
