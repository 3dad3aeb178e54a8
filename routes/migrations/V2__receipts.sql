-- What the jobs of the queue "send-receipt" have sent.
create table receipts (
    message_id text primary key,
    order_id   text not null,
    version    integer not null,
    sent_at    timestamptz not null default now()
);
