-- One entry for each message, in order of arrival: entries of one key are relayed in the order of their id. A message that
-- has a trace hands it on.
insert into headgate.outbox (pipeline, destination, key, headers, payload)
select message_pipeline, 'orders-applied', order_id, message_trace,
       convert_to(json_build_object('order_id', order_id, 'version', version, 'status', status,
                                    'amount', amount, 'currency', currency)::text, 'UTF8')
from batch
order by message_number
