-- A job for each message of each tenth order. A hash of its id tells which these are: the same however often they come.
insert into headgate.job (queue, payload)
select 'send-receipt', convert_to(json_build_object('order_id', order_id, 'version', version)::text, 'UTF8')
from batch
where hashtext(order_id) % 10 = 0
