-- The highest version of an order is its state, whenever it arrives: queues and replays do not keep the order. Of messages
-- with the same version the last one that arrived is it.
insert into orders (order_id, version, customer, amount, currency, status, channel, items, placed_at)
select distinct on (m.order_id)
       m.order_id, m.version, m.customer, m.amount, m.currency, m.status, coalesce(m.channel, 'unknown'),
       m.items, m.placed_at
from rows from (
       json_to_recordset(cast(:#${body.fresh} as json))
         as (order_id text, version integer, customer text, amount numeric, currency text, status text,
             items json, placed_at timestamptz),
       json_array_elements_text(cast(:#${body.header('channel')} as json))
     ) with ordinality as m (order_id, version, customer, amount, currency, status, items, placed_at, channel, position)
order by m.order_id, m.version desc, m.position desc
on conflict (order_id) do update
   set version = excluded.version, customer = excluded.customer, amount = excluded.amount,
       currency = excluded.currency, status = excluded.status, channel = excluded.channel,
       items = excluded.items, placed_at = excluded.placed_at, updated_at = now()
 where orders.version <= excluded.version
