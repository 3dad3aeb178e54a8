-- Work to be done, by routes that consume from "job:" and the queue's name. Enqueue with a plain insert:
--   insert into headgate.job (queue, payload) values ('send-receipt', convert_to('{"order":"4711"}', 'UTF8'))
create table job (
    id           bigint generated always as identity primary key,
    queue        text not null,
    state        text not null default 'available' check (state in
        ('available', 'scheduled', 'executing', 'retryable', 'completed', 'cancelled', 'discarded')),
    -- 0 comes first.
    priority     smallint not null default 0 check (priority between 0 and 9),
    scheduled_at timestamptz not null default now(),
    attempt      integer not null default 0,
    -- Set by the first attempt, to what its consumer says, unless it is given.
    max_attempts integer check (max_attempts > 0),
    headers      jsonb check (jsonb_typeof(headers) = 'object'),
    payload      bytea,
    -- Of jobs that are to be unique: a digest of what makes them the same.
    unique_key   uuid,
    errors       jsonb not null default '[]',
    inserted_at  timestamptz not null default now(),
    attempted_at timestamptz,
    -- When it became completed, cancelled or discarded.
    ended_at     timestamptz,
    -- Who executes it: a fencing number. A cancelled job keeps it until its handler has ended.
    lease        bigint
);
create index job_available on job (queue, priority, scheduled_at, id) where state = 'available';
create index job_due on job (scheduled_at) where state in ('scheduled', 'retryable');
create index job_leased on job (lease) where lease is not null;
create index job_unique on job (unique_key, inserted_at) where unique_key is not null;
create index job_ended_at on job using brin (ended_at);

-- Whoever inserts a job for later need not know the name of its state.
create function job_is_scheduled() returns trigger language plpgsql as
    $$ begin new.state := 'scheduled'; return new; end $$;
create trigger job_is_scheduled before insert on job for each row
    when (new.state = 'available' and new.scheduled_at > now()) execute function job_is_scheduled();

-- One row for each process that executes jobs. Its jobs are rescued when it is not renewed in time.
create table job_lease (
    id         bigint generated always as identity primary key,
    holder     text not null,
    expires_at timestamptz not null
);

-- What is known of a queue beyond its jobs.
create table job_queue (
    name        text primary key,
    paused_at   timestamptz,
    schedule    text,
    next_run_at timestamptz
);
