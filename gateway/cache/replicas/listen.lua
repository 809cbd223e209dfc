-- Go on listening to a call, and hear what was sent.
-- KEYS: lease, listeners, pieces. ARGV: token, listener, milliseconds, number of the first piece and of the last.
-- Returns whether the call is still owned, and the pieces.
local pieces = redis.call('LRANGE', KEYS[3], ARGV[4], ARGV[5])
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {0, pieces}
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return {1, pieces}
