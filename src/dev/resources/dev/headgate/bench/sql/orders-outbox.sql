-- One entry for each message, in order of arrival: entries of one key are relayed in the order of their id. A message that
-- has a trace hands it on.
insert into headgate.outbox (pipeline, destination, key, headers, payload)
select :#${body.name}, 'orders-applied', m.order_id, m.trace,
       convert_to(json_build_object('order_id', m.order_id, 'version', m.version, 'status', m.status,
                                    'amount', m.amount, 'currency', m.currency)::text, 'UTF8')
from rows from (
       json_to_recordset(cast(:#${body.fresh} as json))
         as (order_id text, version integer, amount numeric, currency text, status text),
       json_array_elements(cast(:#${body.traces} as json))
     ) with ordinality as m (order_id, version, amount, currency, status, trace, position)
order by m.position
