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
