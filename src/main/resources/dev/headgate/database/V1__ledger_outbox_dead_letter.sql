-- Everything here lives in the schema "headgate"; Flyway sets the search path to it.

-- One row for each message that took effect, written in the transaction of its batch.
create table ledger (
    pipeline   text not null,
    key        text not null,
    source     text,
    applied_at timestamptz not null default now(),
    primary key (pipeline, key)
);
create index ledger_applied_at on ledger using brin (applied_at);

-- Entries to relay, written by a pipeline's own SQL in the transaction of its batch.
-- Entries of one key fall into one shard and are relayed in the order of their id.
create table outbox (
    id              bigint generated always as identity primary key,
    pipeline        text not null,
    destination     text not null,
    key             text,
    content_type    text not null default 'application/json',
    headers         json,
    payload         bytea,
    shard           smallint not null generated always as ((hashtextextended(coalesce(key, ''), 0) & 15)::smallint) stored,
    created_at      timestamptz not null default now(),
    attempts        integer not null default 0,
    next_attempt_at timestamptz,
    delivered_at    timestamptz,
    last_error      text
);
create index outbox_pending on outbox (destination, shard, id) where delivered_at is null;
create index outbox_delivered_at on outbox using brin (delivered_at);

-- One row for each message that was refused, with its bytes as they came.
create table dead_letter (
    id          bigint generated always as identity primary key,
    pipeline    text not null,
    stage       text not null,
    reason      text not null,
    error       text,
    key         text,
    headers     json not null,
    payload     bytea,
    source      text not null,
    received_at timestamptz not null,
    attempts    integer not null default 1,
    state       text not null default 'dead' check (state in ('dead', 'replayed', 'discarded')),
    replayed_at timestamptz
);
-- A redelivered message that is refused again is still one dead letter.
create unique index dead_letter_source on dead_letter (pipeline, source, md5(coalesce(payload, ''::bytea)));
create index dead_letter_received_at on dead_letter using brin (received_at);
