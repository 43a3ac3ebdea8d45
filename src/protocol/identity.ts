/** The version of Sluice, as it names itself to clients and servers. */
export const NAME = 'sluice';
export const VERSION = '0.1.0';
