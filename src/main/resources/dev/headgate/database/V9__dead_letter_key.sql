-- Keys are bytes: those that are no UTF-8, hold NUL, or begin with 'base64:' themselves are 'base64:' and their base64.
-- Keys of entries and jobs are texts of a table, and stay so.
update dead_letter set key = 'base64:' || replace(encode(convert_to(key, 'UTF8'), 'base64'), e'\n', '')
where key like 'base64:%' and source !~ '^(outbox|job):';
