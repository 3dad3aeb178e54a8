-- Who may send the entries of a shard, and until when, unless it renews that. One row for each shard of each destination,
-- made by its relays. A page has room for many versions of a row, for each bulk makes two.
create table outbox_shard (
    destination text not null,
    shard       smallint not null,
    -- The relay that has it; null: none.
    holder      text,
    expires_at  timestamptz,
    primary key (destination, shard)
) with (fillfactor = 10);

-- Whoever writes something else is told so at once. Rows from before are not looked at: a relay refuses those that nobody
-- can send. JSON's null is none.
alter table outbox add constraint outbox_headers_are_an_object
    check (json_typeof(headers) in ('object', 'null')) not valid;
