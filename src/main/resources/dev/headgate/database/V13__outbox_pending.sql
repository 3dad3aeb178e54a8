-- One index names what is pending, with numbers alone: the lane of an entry is 28 bits of its destination's hash and the
-- four of its shard. Nothing needs an entry by its id alone, so that marking one delivered writes no other index again.
-- Building it reads the table once, in which batches wait.
alter table outbox drop constraint outbox_pkey;
drop index outbox_pending;
create unique index outbox_pending on outbox ((hashtext(destination) & -16 | shard), id) where delivered_at is null;

-- There is no key for a logical replica to find the row by.
alter table outbox replica identity full;
