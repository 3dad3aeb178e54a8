-- What waits in the tables, counted by one process for all of them.
create table backlog (
    -- There is one row.
    singleton   boolean primary key default true check (singleton),
    -- Counts, one more with each process that begins to count.
    turn        bigint not null default 0,
    asked_at    timestamptz not null default 'epoch',
    answered_at timestamptz not null default 'epoch',
    -- Null: nobody has counted yet.
    answer      json
);
insert into backlog default values;
