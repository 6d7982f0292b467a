import { useEffect, useRef, useState } from "preact/hooks";
import { type Contribution, type EmbeddedFrame, embed, type Surroundings } from "./embed.ts";

interface Props extends Omit<Surroundings, "loaded" | "resized"> {
  contribution: Contribution;
  title: string;
  onLoaded?(frame: EmbeddedFrame): void;
  onDisposed?(frame: EmbeddedFrame): void;
}

/** The height, in pixels, that vss-extension.json gives the group before it asks for another. */
const groupHeight = 220;

/** One frame of the extension. It lives as long as the component: whatever needs a new frame changes the key. */
export function ExtensionFrame({ contribution, title, onLoaded, onDisposed, ...around }: Props) {
  const iframe = useRef<HTMLIFrameElement>(null);
  const frame = useRef<EmbeddedFrame>(undefined);
  const [height, setHeight] = useState(groupHeight);
  const theme = around.theme();

  // The frame takes what there was at its beginning; a change of it comes with a new key.
  useEffect(() => {
    if (!iframe.current) {
      return;
    }
    const embedded = embed(iframe.current, contribution, {
      ...around,
      loaded: (loaded) => onLoaded?.(loaded),
      resized: setHeight,
    });
    frame.current = embedded;
    return () => {
      embedded.dispose();
      onDisposed?.(embedded);
    };
  }, []);

  useEffect(() => frame.current?.changeTheme(theme), [theme]);

  return (
    <iframe
      ref={iframe}
      title={title}
      class={`extension ${contribution}`}
      style={contribution === "group" ? { height: `${height}px` } : {}}
    />
  );
}
