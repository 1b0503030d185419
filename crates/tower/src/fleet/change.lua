-- Records and publishes changes to groups of keys.
-- KEYS: the changes
-- ARGV: the channel, and the groups
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local number, first = unpack(redis.call('HMGET', KEYS[1], 'number', 'first'))
if number then
    now = math.max(now, number + 1)
end
number = string.format('%.0f', now)
if not first then
    redis.call('HSET', KEYS[1], 'first', number)
end
redis.call('HSET', KEYS[1], 'number', number)
for i = 2, #ARGV do
    redis.call('HSET', KEYS[1], ARGV[i], number)
end
redis.call('PUBLISH', ARGV[1], table.concat(ARGV, ' ', 2))
