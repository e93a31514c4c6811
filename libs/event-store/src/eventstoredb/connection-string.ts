/** How long a node may take to say who leads before the next one is asked, in seconds: well within the time for a call. */
const GOSSIP_TIMEOUT = 1;

/** Scheme, credentials, hosts and the rest of a connection string, as the driver takes it apart. */
const PARTS = /^esdb(\+discover)?:\/\/([^:@/?]+:[^@]+@)?([^/?]+)\/?(\?.*)?$/s;

/**
 * A connection string as the driver has to be told what it says. Of several hosts behind `esdb+discover` it would ask the
 * first one alone, so that nobody finds the cluster while that node is away; and it would wait five seconds for a node that
 * does not answer. What is no connection string stays as it is: the driver says so.
 */
export const forDriver = (url: string): string => {
  const [, discover, credentials = '', hosts, query = ''] = PARTS.exec(url.trim()) ?? [];
  if (hosts === undefined) return url;
  const several = hosts.includes(',');
  if (!several && discover === undefined) return url;
  const scheme = several ? 'esdb' : 'esdb+discover';
  const says = /[?&]gossip[-_]?timeout=/i.test(query);
  const timeout = says ? '' : `${query === '' ? '?' : '&'}gossipTimeout=${String(GOSSIP_TIMEOUT)}`;
  return `${scheme}://${credentials}${hosts}${query}${timeout}`;
};
