-- How far a partition is applied for a consumer group. The row whose lane is '' is the partition's own, with its epoch; each
-- lane that writes batches of it has one beside it, in the epoch in which it was made, until the next owner takes them up.
-- They are written with each batch, so a page has room for further versions of a row.
create table source_position (
    consumer_group text not null,
    source         text not null,
    lane           text not null,
    epoch          bigint not null,
    -- All offsets below have ended; null: nobody has read yet.
    low            bigint,
    -- Which of the others have: bitmaps. Null: none.
    above          bytea,
    -- Writes of a lane in its epoch.
    writes         bigint not null default 0,
    applied        bigint not null default 0,
    duplicates     bigint not null default 0,
    dead_letters   bigint not null default 0,
    filtered       bigint not null default 0,
    parts          bigint not null default 0,
    -- Whether the ledger has the keys of what was applied.
    keyed          boolean not null default true,
    updated_at     timestamptz not null default now(),
    primary key (consumer_group, source, lane)
) with (fillfactor = 30);
alter table source_position alter column above set storage main;
