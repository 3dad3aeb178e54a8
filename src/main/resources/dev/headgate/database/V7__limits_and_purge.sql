-- Whether payload and headers are only the beginning of a message that was too large.
alter table dead_letter add column cut boolean not null default false;

-- What has passed its retention is found by a btree: a BRIN still names the pages that were emptied long ago and used
-- again, in the end all of them. Building them takes about a minute for 50 million rows, in which batches wait.
drop index ledger_applied_at;
create index ledger_applied_at on ledger (applied_at);
drop index outbox_delivered_at;
create index outbox_delivered_at on outbox (delivered_at) where delivered_at is not null;
drop index dead_letter_received_at;
create index dead_letter_received_at on dead_letter (received_at);
drop index job_ended_at;
create index job_ended_at on job (ended_at) where ended_at is not null;
drop index object_sweep_swept_at;
create index object_sweep_swept_at on object_sweep (swept_at);

-- Large messages in flight. A row that is found by another process was in flight when its process ended.
create table suspect (
    pipeline text not null,
    source   text not null,
    process  uuid not null,
    -- Processes that have ended with it.
    deaths   integer not null default 0,
    noted_at timestamptz not null default now(),
    primary key (pipeline, source)
);
