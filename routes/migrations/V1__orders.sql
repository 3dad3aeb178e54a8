-- The pipeline's own table. Headgate's are in the schema "headgate".
create table orders (
    order_id   text primary key,
    version    integer not null,
    customer   text not null,
    amount     numeric not null,
    currency   text not null,
    status     text not null,
    channel    text not null,
    items      json,
    placed_at  timestamptz not null,
    updated_at timestamptz not null default now()
);
