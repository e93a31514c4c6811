/** How long a node may take to say who leads before the next one is asked, in seconds: well within the time for a call. */
const GOSSIP_TIMEOUT = 1;

/** Scheme, credentials, hosts and the rest of a connection string, as the driver takes it apart. */
const PARTS = /^esdb(\+discover)?:\/\/([^:@/?]+:[^@]+@)?([^/?]+)\/?(\?.*)?$/s;

/**
 * A connection string in the form that the driver needs. Of several hosts behind `esdb+discover` the driver would ask only the
 * first, and find no cluster while that node is down; and it would wait five seconds for a node that
 * does not respond. An invalid connection string stays as it is: the driver reports it.
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
