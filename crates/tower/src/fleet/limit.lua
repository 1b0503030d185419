-- Counts a request by the generic cell rate algorithm. Returns 0, or the time in microseconds after which the next
-- request is accepted.
-- KEYS: the theoretical arrival time of the next request
-- ARGV: the interval between requests in microseconds, and the number of requests at once
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local burst = interval * ARGV[2]
-- The clock may have been set back.
local arrival = math.min(tonumber(redis.call('GET', KEYS[1]) or now), now + burst)
arrival = math.max(arrival, now) + interval
local wait = arrival - burst - now
if wait > 0 then
    return math.max(math.ceil(wait), 1)
end
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', string.format('%.0f', math.ceil((arrival - now) / 1000)))
return 0
