// A connection to Redis for as long as it is needed.
import { Redis } from 'ioredis';

export async function onRedis(url, work) {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
