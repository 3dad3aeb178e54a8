insert into orders (order_id, version, customer, amount, currency, status, channel, items, placed_at)
values (:#order_id, :#version, :#customer, :#amount, :#currency, :#status, :#channel, cast(:#items as json),
        cast(:#placed_at as timestamptz))
on conflict (order_id) do update
   set version = excluded.version, customer = excluded.customer, amount = excluded.amount,
       currency = excluded.currency, status = excluded.status, channel = excluded.channel,
       items = excluded.items, placed_at = excluded.placed_at, updated_at = now()
 where orders.version <= excluded.version
