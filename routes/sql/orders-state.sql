-- The highest version of an order is its state, whenever it arrives: queues and replays do not keep the order. Of messages
-- with the same version the last one that arrived is it.
insert into orders (order_id, version, customer, amount, currency, status, channel, items, placed_at)
select distinct on (order_id)
       order_id, version, customer, amount, currency, status, coalesce(channel, 'unknown'), items, placed_at
from batch
order by order_id, version desc, message_number desc
on conflict (order_id) do update
   set version = excluded.version, customer = excluded.customer, amount = excluded.amount,
       currency = excluded.currency, status = excluded.status, channel = excluded.channel,
       items = excluded.items, placed_at = excluded.placed_at, updated_at = now()
 where orders.version <= excluded.version
