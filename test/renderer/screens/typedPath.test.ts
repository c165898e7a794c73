import { describe, expect, it } from 'vitest';
import { shallowRef } from 'vue';
import { typedPath } from '../../../renderer/screens/files/typedPath.ts';

describe('the path in the dialog that chooses folders', () => {
  const begun = () => {
    const folder = shallowRef<string | null>(null);
    const listing = shallowRef<{ path: string }>();
    return { folder, listing, ...typedPath(folder, listing) };
  };

  it('is that of the folder that is listed', () => {
    const { folder, listing, text } = begun();
    listing.value = { path: '/home' };
    expect(text.value).toBe('/home');
    folder.value = '/home/studies';
    listing.value = { path: '/home/studies' };
    expect(text.value).toBe('/home/studies');
  });

  it('stays what was typed before the first folder had been read, and leads there', () => {
    const { folder, listing, text, go } = begun();
    text.value = '/data/images';
    listing.value = { path: '/home' };
    expect(text.value).toBe('/data/images');
    go();
    expect(folder.value).toBe('/data/images');
    listing.value = { path: '/data/images' };
    expect(text.value).toBe('/data/images');
  });

  it('follows the folders again once one was gone to, be it past what was typed', () => {
    const { folder, listing, text } = begun();
    text.value = '/nowhere';
    folder.value = '/home';
    listing.value = { path: '/home' };
    expect(text.value).toBe('/home');
  });

  it('forgets what was typed when the dialog is opened anew', () => {
    const { listing, text, reset } = begun();
    listing.value = { path: '/home' };
    text.value = '/nowhere';
    reset();
    expect(text.value).toBe('/home');
    listing.value = { path: '/home' };
    expect(text.value).toBe('/home');
  });
});
