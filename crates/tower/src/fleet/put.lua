-- Stores a result.
-- KEYS: the result
-- ARGV: the number of the last change and the time before the verification, the group of the key, the result, and its
-- lifetime in milliseconds
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- The command may have been delayed. The lifetime starts before the verification.
local rest = ARGV[2] + ARGV[5] - now
if rest > 0 then
    redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4], 'PX', string.format('%.0f', rest))
end
