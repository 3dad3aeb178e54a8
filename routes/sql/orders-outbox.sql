-- One entry for each message, in order of arrival: entries of one key are relayed in the order of their id.
insert into headgate.outbox (pipeline, destination, key, payload)
select 'orders', 'orders-applied', m.order_id,
       convert_to(json_build_object('order_id', m.order_id, 'version', m.version, 'status', m.status,
                                    'amount', m.amount, 'currency', m.currency)::text, 'UTF8')
from rows from (
       json_to_recordset(cast(:#${body.fresh} as json))
         as (order_id text, version integer, amount numeric, currency text, status text)
     ) with ordinality as m (order_id, version, amount, currency, status, position)
order by m.position
