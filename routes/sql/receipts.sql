insert into receipts (message_id, order_id, version)
select :#${header[message-id]}, m.order_id, m.version
from json_to_record(cast(convert_from(:#${body}, 'UTF8') as json)) as m (order_id text, version integer)
on conflict (message_id) do nothing
