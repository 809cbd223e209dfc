-- Own a call if nobody does, unless its answer is kept already.
-- KEYS: lease, and an entry if one would do. ARGV: token. CLAIM_MS stands for milliseconds.
-- Returns the entry with a 1, or the token of the owner with a 0.
if KEYS[2] then
  local entry = redis.call('GET', KEYS[2])
  if entry then
    return {1, entry}
  end
end
local owner = redis.call('GET', KEYS[1])
if owner then
  return {0, owner}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', CLAIM_MS)
return {0, ARGV[1]}
