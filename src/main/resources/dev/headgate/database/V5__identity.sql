-- What makes ids and positions of this installation different from those of any other.
create table installation (
    -- There is one row.
    singleton boolean primary key default true check (singleton),
    id        uuid not null default gen_random_uuid(),
    -- What its own headers are signed with.
    secret    bytea not null default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
);
insert into installation default values;

-- The lives of sources: a topic that was deleted and made again is another one under the same name. The first one that is
-- seen is number 0, which positions do not name.
create table incarnation (
    source  text not null,
    number  integer not null,
    -- What the source's server calls it: the topic id of Kafka.
    token   text not null,
    seen_at timestamptz not null default now(),
    primary key (source, number),
    unique (source, token)
);
