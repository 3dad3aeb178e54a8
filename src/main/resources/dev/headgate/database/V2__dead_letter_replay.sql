-- Replaying, discarding and holding dead letters.
alter table dead_letter
    -- How often it was sent to its source again; a held one is not counted, nobody has refused it.
    add column replays       integer not null default 0,
    -- When its replay was applied, or found to be applied already.
    add column settled_at    timestamptz,
    add column discarded_why text,
    -- Not refused itself: it waits for an earlier one of its key.
    add column held          boolean not null default false;

-- The open ones of a key, for pipelines that hold the later messages of a refused one.
-- A key may be longer than an index row.
create index dead_letter_open on dead_letter (pipeline, md5(key), id)
    where settled_at is null and state <> 'discarded';
-- What held ones wait for, and the held ones.
create index dead_letter_blocking on dead_letter (pipeline, md5(key), id)
    where settled_at is null and state <> 'discarded' and not (held and state = 'dead');
create index dead_letter_held on dead_letter (id) where held and state = 'dead';
