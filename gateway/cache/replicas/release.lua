-- Own a call no longer, though somebody may listen to it: there is nothing to hear.
-- KEYS: lease. ARGV: token.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
