export declare function peerVersions(): Record<string, string>
