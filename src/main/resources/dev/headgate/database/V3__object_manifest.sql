-- The objects that count: a row is inserted in the transaction that claims its messages, after the object was put.
create table object_manifest (
    id         bigint generated always as identity primary key,
    bucket     text not null,
    key        text not null,
    pipeline   text not null,
    -- The same for all objects of one batch.
    batch_id   uuid not null,
    format     text not null,
    messages   integer not null check (messages > 0),
    -- As stored, that is, compressed.
    bytes      bigint not null,
    -- Of its messages, the time by which the layout puts them.
    earliest   timestamptz not null,
    latest     timestamptz not null,
    created_at timestamptz not null default now(),
    unique (bucket, key)
);
create index object_manifest_pipeline on object_manifest (pipeline, created_at);

-- Keys whose objects were given up as orphans: a transaction that is still open cannot insert them any more.
create table object_sweep (
    bucket   text not null,
    key      text not null,
    swept_at timestamptz not null default now(),
    primary key (bucket, key)
);
create index object_sweep_swept_at on object_sweep using brin (swept_at);
