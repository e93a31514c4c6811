import { forDriver } from './connection-string.ts';

it.each([
  ['one node', 'esdb://a:2113?tls=false', 'esdb://a:2113?tls=false'],
  ['a name for all nodes', 'esdb+discover://all:2113', 'esdb+discover://all:2113?gossipTimeout=1'],
  ['several nodes', 'esdb://a:1,b:2/?tls=false', 'esdb://a:1,b:2?tls=false&gossipTimeout=1'],
  [
    'several nodes to be discovered',
    'esdb+discover://me:p%40ss@a,b:2,c/?tls=true',
    'esdb://me:p%40ss@a,b:2,c?tls=true&gossipTimeout=1',
  ],
  ['another time', 'esdb+discover://a,b?Gossip-Timeout=3', 'esdb://a,b?Gossip-Timeout=3'],
  ['none', 'http://nowhere', 'http://nowhere'],
])('a connection string of %s', (_, said, told) => {
  expect(forDriver(said)).toBe(told);
});
