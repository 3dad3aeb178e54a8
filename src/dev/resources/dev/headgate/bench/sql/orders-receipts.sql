-- A job for each message of each tenth order. A hash of its id tells which these are: the same however often they come.
insert into headgate.job (queue, payload)
select 'send-receipt', convert_to(json_build_object('order_id', m.order_id, 'version', m.version)::text, 'UTF8')
from json_to_recordset(cast(:#${body.fresh} as json)) as m (order_id text, version integer)
where hashtext(m.order_id) % 10 = 0
