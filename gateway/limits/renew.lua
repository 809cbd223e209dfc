-- Hold the places of an exchange that still runs for longer. Without a record
-- Redis was emptied under it: it takes its places again, or others would run
-- beside it beyond the limit. settle.lua frees them without a record, too.
--
-- KEYS: the reservation's record, then each counter that is a lease.
-- ARGV: the time in milliseconds (0: Redis' own), the id, the lease.

if redis.call('GET', KEYS[1]) == 'x' then
  return 0
end
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
for place = 2, #KEYS do
  -- Taken away first, it is not refused for want of room.
  redis.call('ZREM', KEYS[place], ARGV[2])
  redis.call('ZADD', KEYS[place], now + ARGV[3], ARGV[2])
  redis.call('PEXPIRE', KEYS[place], ARGV[3] * 2)
end
return 1
