-- Go on owning a call, send pieces of its answer, and hear who listens.
-- KEYS: lease, listeners, pieces.
-- ARGV: token, milliseconds of lease, of keeping, number of the first piece, '1' if it is the last beat, pieces.
-- Returns the listeners; false if the call is owned no longer. May be repeated.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return false
end
local first, count = tonumber(ARGV[4]), #ARGV - 5
local there = redis.call('LLEN', KEYS[3])
if there ~= first and there ~= first + count then
  -- Pieces were evicted: who listens could never hear all of it.
  redis.call('DEL', KEYS[1], KEYS[3])
  return false
end
if there == first then
  for place = 6, #ARGV do
    redis.call('RPUSH', KEYS[3], ARGV[place])
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[2])
local listeners = redis.call('ZRANGE', KEYS[2], 0, -1)
if ARGV[5] == '1' and (count > 0 or #listeners == 0) then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return listeners
